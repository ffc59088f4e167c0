goto x do ::x:: end
