params = require "kb.exchange"
