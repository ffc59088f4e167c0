error("\u{202E}kcatta\u{202C} \u{2066}x\u{2069} \u{200F}")
