local or_address = require "kb.or_address"

return {
  { "reads parts, in either case of their tags", function()
    local parts = assert(or_address.read("C=US;a= ;p=Contoso;OU1=A=B;"))
    assert(parts.c == "US" and parts.a == " " and parts.p == "Contoso" and parts.ou1 == "A=B")
    assert(or_address.read(" DDA:SMTP=x(a)y").c == nil)
  end },
  { "says what is no part", function()
    local parts, why = or_address.read("c=US;Contoso")
    assert(not parts and why == "its part Contoso is no tag with a value, such as c=US")
    assert(not or_address.read("user@contoso.example"))
    assert(not or_address.read("zz=1"))
  end },
  { "takes nothing for no address", function()
    assert(not or_address.read("") and not or_address.read(" ; "))
  end },
  { "tells which tag is lacking", function()
    assert(or_address.lacks({ c = "US", p = "x" }, { "c", "a", "p" }) == "a")
    assert(or_address.lacks({ c = "US", a = " ", p = "x" }, { "c", "a", "p" }) == nil)
  end },
}
