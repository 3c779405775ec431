#!/bin/sh
# Makes an authority and a certificate a process, for one machine. Usage: make-certificates.sh FOLDER [ADDRESS…]
# ADDRESS: what the processes call each other by, such as DNS:git-0.internal; default: this machine's loopback names.
set -eu
folder="$1"
shift
names="IP:127.0.0.1,DNS:localhost"
for address in "$@"; do names="$names,$address"; done
umask 077
mkdir -p "$folder"
cd "$folder"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/CN=Sextant internal authority' \
  -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign' -keyout ca.key -out ca.crt 2>/dev/null
for name in server worker git-0 git-1 search; do
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" -keyout "$name.key" -out "$name.csr" 2>/dev/null
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$names" >extensions
  openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -extfile extensions -out "$name.crt" 2>/dev/null
  rm "$name.csr"
done
rm -f extensions ca.srl
