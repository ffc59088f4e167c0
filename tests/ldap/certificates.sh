# Certificates made at test time: read with `.`.
#   certificates_make FOLDER   NAME.pem and NAME.key in FOLDER for each NAME below
#     ca          who signs; other-ca: another one
#     good        for localhost and 127.0.0.1       stranger    the same, signed by other-ca
#     wrong-name  for mail.contoso.example alone    expired     for localhost, until 2020-01-31
#     future      for localhost, from 2090-01-01

certificates_make() {
	certificates=$1
	mkdir -p "$certificates"
	certificates_one ca "" "cn = kbmend test CA" ca cert_signing_key
	certificates_one other-ca "" "cn = another test CA" ca cert_signing_key
	certificates_one good ca "cn = good" tls_www_server signing_key \
		"dns_name = localhost" "ip_address = 127.0.0.1"
	certificates_one stranger other-ca "cn = stranger" tls_www_server signing_key \
		"dns_name = localhost" "ip_address = 127.0.0.1"
	certificates_one wrong-name ca "cn = mail.contoso.example" tls_www_server signing_key \
		"dns_name = mail.contoso.example"
	certificates_one expired ca "cn = expired" tls_www_server signing_key \
		"dns_name = localhost" "ip_address = 127.0.0.1" \
		'activation_date = "2020-01-01 00:00:00 UTC"' \
		'expiration_date = "2020-01-31 00:00:00 UTC"'
	certificates_one future ca "cn = future" tls_www_server signing_key \
		"dns_name = localhost" "ip_address = 127.0.0.1" \
		'activation_date = "2090-01-01 00:00:00 UTC"' \
		'expiration_date = "2090-01-31 00:00:00 UTC"'
}

# certificates_one NAME SIGNER LINE-OF-CERTTOOL'S-TEMPLATE...; signed by itself without a SIGNER
certificates_one() {
	certificates_name=$certificates/$1
	certificates_signer=$2
	shift 2
	printf '%s\n' "$@" >"$certificates_name.template"
	certtool --generate-privkey --key-type=ecdsa --curve=secp256r1 \
		--outfile "$certificates_name.key" >"$certificates/log" 2>&1 || certificates_failed
	if [ -z "$certificates_signer" ]; then
		set -- --generate-self-signed
	else
		set -- --generate-certificate \
			--load-ca-certificate "$certificates/$certificates_signer.pem" \
			--load-ca-privkey "$certificates/$certificates_signer.key"
	fi
	certtool "$@" --template "$certificates_name.template" --load-privkey "$certificates_name.key" \
		--outfile "$certificates_name.pem" >"$certificates/log" 2>&1 || certificates_failed
}

certificates_failed() {
	echo "certtool fails"
	cat "$certificates/log"
	exit 1
}
