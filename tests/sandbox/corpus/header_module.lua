return require "kb.exchange"
