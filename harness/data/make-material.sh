#!/bin/sh
# Makes material.toml: fixed test keys, a certificate and openssl's own signatures over one message.
# The keys protect nothing. Run once with OpenSSL 3; its output is committed, so nobody needs openssl to run the harness.
set -e
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
hex() { od -An -v -tx1 | tr -d ' \n'; }
text() { openssl pkey -in "$1" -text -noout | awk -v want="$2" '/^[a-z]/ {on = ($1 == want)} /^ / {if (on) {gsub(/[ :]/, ""); printf "%s", $0}}'; }
printf 'The quick brown fox jumps over the lazy dog' > message
echo '# Test material made by make-material.sh with OpenSSL; these keys protect nothing.'
echo "message = \"$(hex < message)\""
openssl genrsa -traditional -out rsa.pem 2048 2> /dev/null
echo "rsa-private = \"$(openssl rsa -in rsa.pem -traditional -outform der 2> /dev/null | hex)\""
echo "rsa-public = \"$(openssl rsa -in rsa.pem -RSAPublicKey_out -outform der 2> /dev/null | hex)\""
for curve in prime256v1:p256 secp384r1:p384; do
  name=${curve#*:}
  openssl ecparam -name "${curve%:*}" -genkey -noout -out $name.pem
  openssl ecparam -name "${curve%:*}" -genkey -noout -out $name-peer.pem
  echo "$name-secret = \"$(text $name.pem priv:)\""
  echo "$name-public = \"$(text $name.pem pub:)\""
  openssl pkey -in $name-peer.pem -pubout -out peer.pub
  echo "$name-peer = \"$(text $name-peer.pem pub:)\""
  echo "$name-shared = \"$(openssl pkeyutl -derive -inkey $name.pem -peerkey peer.pub | hex)\""
done
openssl genpkey -algorithm ed25519 -out ed25519.pem
echo "ed25519-secret = \"$(text ed25519.pem priv:)\""
echo "ed25519-public = \"$(text ed25519.pem pub:)\""
openssl req -x509 -new -key p256.pem -subj '/CN=harness certificate' -days 36500 -outform der -out certificate 2> /dev/null
echo "certificate = \"$(hex < certificate)\""
for key in rsa p256 p384; do
  for hash in sha1 sha224 sha256 sha384 sha512; do
    openssl dgst -$hash -sign $key.pem -out signature message
    case $key in p*) # DER SEQUENCE of two INTEGERs to r || s, each as long as the curve's order
      size=$([ $key = p256 ] && echo 64 || echo 96)
      echo "$key-$hash = \"$(openssl asn1parse -inform der -in signature | awk -F: -v size=$size '/INTEGER/ {v = tolower($NF); while (length(v) < size) v = "0" v; printf "%s", v}')\"" ;;
    *) echo "$key-$hash = \"$(hex < signature)\"" ;; esac
    if [ $key = rsa ]; then
      openssl dgst -$hash -sign rsa.pem -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -out signature message
      echo "pss-$hash = \"$(hex < signature)\""
    fi
  done
done
openssl pkeyutl -sign -rawin -inkey ed25519.pem -in message -out signature
echo "ed25519-signature = \"$(hex < signature)\""
aes=603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4
iv=000102030405060708090a0b0c0d0e0f
echo "aes-key = \"$aes\""
echo "long-key = \"$aes$aes\"" # for HMAC with every hash: no shorter than any of them
echo "aes-iv = \"$iv\""
echo "aes-cbc-pad = \"$(openssl enc -aes-256-cbc -K $aes -iv $iv -in message | hex)\""
echo "aes-ctr = \"$(openssl enc -aes-256-ctr -K $aes -iv $iv -in message | hex)\""
for hash in sha1 sha224 sha256 sha384 sha512; do
  echo "digest-$hash = \"$(openssl dgst -$hash -binary message | hex)\""
  echo "hmac-$hash = \"$(openssl dgst -$hash -mac hmac -macopt hexkey:$aes$aes -binary message | hex)\""
done
