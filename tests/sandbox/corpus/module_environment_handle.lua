local _ENV = target return os
