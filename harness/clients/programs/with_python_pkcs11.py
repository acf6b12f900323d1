"""Signs and encrypts with keys that python-pkcs11 makes on the token."""

import os
from pathlib import Path

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism
from pkcs11.util.ec import encode_ec_public_key, encode_ecdsa_signature, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

token = pkcs11.lib(os.environ["MODULE"]).get_token(token_label=os.environ["LABEL"])
data = Path("data").read_bytes()
with token.open(rw=True, user_pin=os.environ["PIN"]) as session:
    public, private = session.generate_keypair(KeyType.RSA, 2048, store=True, label="rsa")
    Path("rsa.der").write_bytes(encode_rsa_public_key(public))
    Path("rsa.signature").write_bytes(private.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))
    assert public.verify(data, Path("rsa.signature").read_bytes(), mechanism=Mechanism.SHA256_RSA_PKCS)

    curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
    public, private = session.create_domain_parameters(KeyType.EC, curve, local=True).generate_keypair(
        store=True, label="ec"
    )
    Path("ec.der").write_bytes(encode_ec_public_key(public))
    digest = session.digest(data, mechanism=Mechanism.SHA256)
    signature = private.sign(digest, mechanism=Mechanism.ECDSA)
    Path("ec.signature").write_bytes(encode_ecdsa_signature(signature))

    secret = session.generate_key(
        KeyType.AES, 256, label="aes", template={Attribute.SENSITIVE: False, Attribute.EXTRACTABLE: True}
    )
    iv = session.generate_random(128)
    Path("encrypted").write_bytes(secret.encrypt(data, mechanism_param=iv))
    Path("key.hex").write_text(secret[Attribute.VALUE].hex())
    Path("iv.hex").write_text(iv.hex())
    assert len(list(session.get_objects({Attribute.LABEL: "rsa"}))) == 2
