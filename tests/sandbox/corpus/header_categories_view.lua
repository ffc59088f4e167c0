categories = require "dn"
