---@meta dn
-- require "dn": distinguished names, parsed, compared and written. Pure functions.
--
-- Two written forms: "ldap" (RFC 4514: cn=X,o=Y, leaf first) and "x500" (/o=Y/cn=X, root first,
-- without any escapes). RDNs are counted from the root, from 1, in both.

local dn = {}

--- A parsed name; immutable. #d is the number of its RDNs; tostring(d) is it in the form it was
--- written in. `==` compares objects, not names: use dn.compare.
---@class kbm.Dn
---@field form "ldap"|"x500" the form it was written in
---@operator len: integer
local d = {}

---@class kbm.Rdn
---@field type string attribute type as written ("ou")
---@field value string unescaped
---@field more { type: string, value: string }[]? the further parts of a multi-valued RDN (a+b)

---@class kbm.DnDifference
---@field position integer counted from the root, from 1, over the RDNs of both names
---@field type string attribute type, left's where it has one
---@field right_type string? right's; nil: right lacks the RDN
---@field left string? nil: left lacks the RDN
---@field right string? nil: right lacks the RDN
---@field verdict "equivalent"|"different"
---@field kinds string[] equivalent: "typecase" "typealias" "case" "space" "unicode" "ber" "order";
---  different: "type" "value" "missing" (in left) "extra" (in left), hints "charset" "reversed"

---@class kbm.DnComparison
---@field verdict "identical"|"equivalent"|"different"
---@field kinds string[] of all differences
---@field differences kbm.DnDifference[] none when identical; in order from the root

--- Parses a name. Without `form` a leading `/` (or `EX:/`) means x500.
---@param text string
---@param form ("ldap"|"x500")?
---@return kbm.Dn? name
---@return string? message what is wrong, and where
function dn.parse(text, form) end

--- Compares two names, each a parsed one or a text in any form.
---@param left kbm.Dn|string
---@param right kbm.Dn|string
---@return kbm.DnComparison? comparison nil: a text is no name
---@return string? message
function dn.compare(left, right) end

--- Makes a name from its RDNs, root first: dn.make{ { "o", "Contoso" }, { "ou", "SITE1" } }.
---@param rdns { [1]: string, [2]: string }[]
---@param form ("ldap"|"x500")? what tostring writes; default "ldap"
---@return kbm.Dn
function dn.make(rdns, form) end

--- Writes /o=../ou=.., or nil where that form cannot hold the name (a `/` in a value, ...).
---@return string? text
---@return string? message
function d:x500() end

--- Writes RFC 4514: cn=..,ou=..,o=..
---@return string text
function d:ldap() end

--- The name without its leaf; nil for the empty name.
---@return kbm.Dn? parent
function d:parent() end

--- The i-th RDN from the root; negative counts from the leaf, -1. nil past the end.
---@param i integer
---@return kbm.Rdn? rdn
function d:rdn(i) end

--- The same name with another value in the i-th RDN (types, order and form stay).
---@param i integer
---@param value string
---@return kbm.Dn
function d:with(i, value) end

--- The name of the first `count` RDNs from the root.
---@param count integer 0 to #d
---@return kbm.Dn
function d:prefix(count) end

--- The name with one more RDN below.
---@param type string
---@param value string
---@return kbm.Dn
function d:child(type, value) end

return dn
