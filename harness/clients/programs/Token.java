// Works with Java's provider for PKCS#11: java Token.java CONFIGURATION PIN sign|agree|encrypt

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.*;
import java.security.spec.*;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

public class Token {
    private static Provider token;

    public static void main(String[] arguments) throws Exception {
        token = Security.getProvider("SunPKCS11").configure(arguments[0]);
        KeyStore.getInstance("PKCS11", token).load(null, arguments[1].toCharArray());
        switch (arguments[2]) {
            case "sign" -> sign();
            case "agree" -> agree();
            default -> encrypt();
        }
    }

    private static void sign() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", token);
        generator.initialize(2048);
        KeyPair rsa = generator.generateKeyPair();
        write("rsa.der", rsa.getPublic().getEncoded());
        write("rsa.signature", signature("SHA256withRSA", rsa.getPrivate()));
        KeyPair ec = curve();
        write("ec.der", ec.getPublic().getEncoded());
        write("ec.signature", signature("SHA256withECDSA", ec.getPrivate()));
    }

    // In parts: a hashed mechanism that a module offers must take them.
    private static byte[] signature(String algorithm, PrivateKey key) throws Exception {
        Signature signature = Signature.getInstance(algorithm, token);
        signature.initSign(key);
        for (byte part : read("data")) signature.update(part);
        return signature.sign();
    }

    private static KeyPair curve() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", token);
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static void agree() throws Exception {
        KeyPair pair = curve();
        write("agreed.der", pair.getPublic().getEncoded());
        PublicKey other = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(read("other.der")));
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH", token);
        agreement.init(pair.getPrivate());
        agreement.doPhase(other, true);
        write("derived", agreement.generateSecret());
    }

    private static void encrypt() throws Exception {
        byte[] counting = new byte[16];
        for (int index = 0; index < counting.length; index++) counting[index] = (byte) index;
        SecretKey key = SecretKeyFactory.getInstance("AES", token).translateKey(new SecretKeySpec(counting, "AES"));
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding", token);
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(counting));
        write("encrypted", cipher.doFinal(read("data")));
    }

    private static byte[] read(String name) throws Exception {
        return Files.readAllBytes(Path.of(name));
    }

    private static void write(String name, byte[] bytes) throws Exception {
        Files.write(Path.of(name), bytes);
    }
}
