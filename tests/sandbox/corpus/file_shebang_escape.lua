#
LuaTxxxx