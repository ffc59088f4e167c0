table.mine = 1
