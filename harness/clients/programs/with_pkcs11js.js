// Makes an RSA key pair, signs in parts and digests with pkcs11js.

const fs = require("fs");
const crypto = require("crypto");
const pkcs11 = require("pkcs11js");

const token = new pkcs11.PKCS11();
token.load(process.env.MODULE);
token.C_Initialize();
try {
  const slot = token.C_GetSlotList(true)
    .find((slot) => token.C_GetTokenInfo(slot).label.trim() === process.env.LABEL);
  const session = token.C_OpenSession(slot, pkcs11.CKF_RW_SESSION | pkcs11.CKF_SERIAL_SESSION);
  token.C_Login(session, pkcs11.CKU_USER, process.env.PIN);
  const data = fs.readFileSync("data");

  const keys = token.C_GenerateKeyPair(session, { mechanism: pkcs11.CKM_RSA_PKCS_KEY_PAIR_GEN, parameter: null }, [
    { type: pkcs11.CKA_TOKEN, value: true },
    { type: pkcs11.CKA_LABEL, value: "node" },
    { type: pkcs11.CKA_VERIFY, value: true },
    { type: pkcs11.CKA_MODULUS_BITS, value: 2048 },
    { type: pkcs11.CKA_PUBLIC_EXPONENT, value: Buffer.from([1, 0, 1]) },
  ], [
    { type: pkcs11.CKA_TOKEN, value: true },
    { type: pkcs11.CKA_LABEL, value: "node" },
    { type: pkcs11.CKA_SIGN, value: true },
  ]);
  const [modulus, exponent] = token.C_GetAttributeValue(session, keys.publicKey, [
    { type: pkcs11.CKA_MODULUS },
    { type: pkcs11.CKA_PUBLIC_EXPONENT },
  ]).map((attribute) => attribute.value.toString("base64url"));
  const key = crypto.createPublicKey({ key: { kty: "RSA", n: modulus, e: exponent }, format: "jwk" });
  fs.writeFileSync("rsa.pem", key.export({ type: "spki", format: "pem" }));

  token.C_SignInit(session, { mechanism: pkcs11.CKM_SHA256_RSA_PKCS, parameter: null }, keys.privateKey);
  token.C_SignUpdate(session, data.subarray(0, 3));
  token.C_SignUpdate(session, data.subarray(3));
  fs.writeFileSync("signature", token.C_SignFinal(session, Buffer.alloc(256)));

  token.C_DigestInit(session, { mechanism: pkcs11.CKM_SHA256, parameter: null });
  fs.writeFileSync("digest", token.C_Digest(session, data, Buffer.alloc(32)));
  token.C_Logout(session);
  token.C_CloseSession(session);
} finally {
  token.C_Finalize();
}
