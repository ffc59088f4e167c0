table.insert(finding.x_list, 3) finding.x_list.y = 1
