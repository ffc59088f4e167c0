rawset(string, "upper", print)
