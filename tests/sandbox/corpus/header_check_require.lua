check = require
