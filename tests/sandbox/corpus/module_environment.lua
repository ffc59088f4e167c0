_ENV = nil print(1)
