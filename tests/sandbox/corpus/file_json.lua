{ "api": 1, "id": "hostile" }
