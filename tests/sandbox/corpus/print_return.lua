print("error\rpass\8\8\8\8okay\127\127")
