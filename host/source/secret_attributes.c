/* The directory attributes that nobody is shown unasked. */
#include "source/secret_attributes.h"

#include "source/syntax.h"

#include <string.h>

static const struct {
	const char *name;
	bool is_ending; /* any attribute whose name ends so */
} secrets[] = {
    /* what X.500, LDAP servers and Exchange call a password: MTA-Local-Cred, RAS-Password */
    {"password", true},
    {"passwords", true},
    {"-cred", true},
    {"2.5.4.35", false},		  /* userPassword */
    {"1.3.6.1.4.1.4203.1.3.4", false},	  /* authPassword, RFC 3112 */
    {"1.2.840.113556.1.4.90", false},	  /* unicodePwd */
    {"2.16.840.1.113730.3.1.216", false}, /* userPKCS12, RFC 2798 */
    {"userPKCS12", false},
    /* Active Directory: MS-ADTS 3.1.1.4.4 and what holds keys beside it */
    {"unicodePwd", false},
    {"dBCSPwd", false},
    {"ntPwdHistory", false},
    {"lmPwdHistory", false},
    {"supplementalCredentials", false},
    {"currentValue", false},
    {"priorValue", false},
    {"initialAuthIncoming", false},
    {"initialAuthOutgoing", false},
    {"trustAuthIncoming", false},
    {"trustAuthOutgoing", false},
    {"ms-Mcs-AdmPwd", false},
    {"msLAPS-EncryptedPasswordHistory", false},
    {"msLAPS-EncryptedDSRMPassword", false},
    {"msLAPS-EncryptedDSRMPasswordHistory", false},
    {"msDS-ExecuteScriptPassword", false},
    {"msFVE-KeyPackage", false},
    {"msPKI-CredentialRoamingTokens", false},
    {"msPKIAccountCredentials", false},
    {"msPKIDPAPIMasterKeys", false},
    {"msKds-RootKeyData", false},
    {"msDS-KeyCredentialLink", false},
    {"msTPM-OwnerInformation", false},
    /* OpenLDAP, Samba, Kerberos, FreeIPA */
    {"olcRootPW", false},
    {"olcDbBindPW", false},
    {"oathSecret", false},
    {"pwdHistory", false},
    {"passwordHistory", false},
    {"sambaPasswordHistory", false},
    {"sambaPreviousClearTextPassword", false},
    {"sambaPwdHistory", false},
    {"ipaNTHash", false},
    {"ipaNTTrustAuthIncoming", false},
    {"ipaNTTrustAuthOutgoing", false},
    {"ipatokenOTPkey", false},
    {"krbPrincipalKey", false},
    {"krbMKey", false},
    {"krb5Key", false},
    /* 389 Directory Server */
    {"nsslapd-rootpw", false},
    {"nsds5ReplicaCredentials", false},
    {"nsds5ReplicaBootstrapCredentials", false},
    {"nsMultiplexorCredentials", false},
};

/* What Exchange calls MTA-Local-Cred is mTALocalCred in Active Directory. */
static bool ends_as_credential(const char *name, size_t length)
{
	static const char ending[] = "Cred";
	size_t size = sizeof ending - 1;
	return length > size && memcmp(name + length - size, ending, size) == 0 &&
	       ((name[length - size - 1] >= 'a' && name[length - size - 1] <= 'z') ||
		(name[length - size - 1] >= '0' && name[length - size - 1] <= '9'));
}

/* A name may come from a script or a file that was edited, where nobody has looked at it yet: the
 * blanks around it, and the "OID." that some write in front of numbers, hide nothing. */
static const char *trim(const char *name, size_t *length)
{
	static const char prefix[] = "OID.";
	while (*name == ' ' || *name == '\t')
		name++;
	if (strlen(name) > sizeof prefix - 1 &&
	    kbm_attribute_names_equal(name, sizeof prefix - 1, prefix, sizeof prefix - 1))
		name += sizeof prefix - 1;
	*length = kbm_attribute_base_length(name);
	while (*length > 0 && (name[*length - 1] == ' ' || name[*length - 1] == '\t'))
		(*length)--;
	return name;
}

bool kbm_attribute_is_secret(const char *asked)
{
	size_t length = 0;
	const char *name = trim(asked, &length);
	if (ends_as_credential(name, length))
		return true;
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		size_t size = strlen(secrets[i].name);
		size_t skipped = secrets[i].is_ending && length > size ? length - size : 0;
		if (kbm_attribute_names_equal(name + skipped, length - skipped, secrets[i].name,
					      size))
			return true;
	}
	return false;
}
