return target.execute
