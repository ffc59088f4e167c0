target:fail()
