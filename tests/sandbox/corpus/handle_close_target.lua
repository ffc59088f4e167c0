local t <close> = target
