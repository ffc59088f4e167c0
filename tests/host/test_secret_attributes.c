/* source/secret_attributes: every spelling of a secret, and what only looks like one. */
#include "source/secret_attributes.h"

#include <criterion/criterion.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

Test(secret_attributes, are_known_by_their_names)
{
	static const char *const secrets[] = {
	    "userPassword",
	    "USERPASSWORD",
	    "userPassword;x-tag",
	    "2.5.4.35",
	    "unicodePwd",
	    "MTA-Local-Cred",
	    "gateway-local-cred",
	    "X-New-Cred",
	    "ntPwdHistory",
	    "lmPwdHistory",
	    "dBCSPwd",
	    "supplementalCredentials",
	    "RAS-Password",
	    "sambaNTPassword",
	    "msLAPS-Password",
	    "ms-Mcs-AdmPwd",
	    "krbPrincipalKey",
	    "password",
	    "oathSecret",
	    "mTALocalCred",
	    "xNewCred",
	    "OID.2.5.4.35",
	    "oid.2.5.4.35;x-a",
	    " userPassword ",
	    "userPassword;;",
	    "nsslapd-rootpw",
	    "nsds5replicacredentials",
	    "msDS-KeyCredentialLink",
	    "msDS-ManagedPassword",
	    "sambaLMPassword",
	    "msLAPS-EncryptedPassword",
	    "userPKCS12",
	};
	static const char *const others[] = {"pwdLastSet",
					     "badPwdCount",
					     "badPasswordTime",
					     "ms-Mcs-AdmPwdExpirationTime",
					     "cn",
					     "cred",
					     "MTA-Local-Desig",
					     "sacred",
					     "Cred",
					     "OID.",
					     " ",
					     "msDS-UserPasswordExpired",
					     "passwordOwner",
					     "nsslapd-rootpwstoragescheme",
					     "",
					     "cn;x-userpassword"};
	for (size_t i = 0; i < COUNT(secrets); i++)
		cr_expect(kbm_attribute_is_secret(secrets[i]), "%s", secrets[i]);
	for (size_t i = 0; i < COUNT(others); i++)
		cr_expect(!kbm_attribute_is_secret(others[i]), "%s", others[i]);
}
