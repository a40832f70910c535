using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Test vectors from other implementations: Python 3.11 with the packages named below.</summary>
/// <remarks>
/// <code>
/// KEY  = bytes(range(32))
/// ID   = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
/// SALT = "abcdefghijklmnopqrstuu"
/// b64u = lambda b: base64.urlsafe_b64encode(b).rstrip(b"=").decode()
/// </code>
/// Bytes are written in hex.
/// </remarks>
internal static class PythonHashes
{
    public static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    internal static readonly KeyRing Ring = new(Key);

    public static readonly Guid Id = new("00112233-4455-6677-8899-aabbccddeeff");

    // bcrypt 3.2.2: the three prefixes of one algorithm, at the lowest cost and at the production cost.

    // bcrypt.hashpw(b"correct horse", b"$2a$04$" + SALT.encode())
    public const string Bcrypt2a = "$2a$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";

    // bcrypt.hashpw(b"correct horse", b"$2b$04$" + SALT.encode())
    public const string Bcrypt2b = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";

    // bcrypt.hashpw(b"correct horse", b"$2y$04$" + SALT.encode())
    public const string Bcrypt2y = "$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";

    // bcrypt.hashpw(b"correct horse", b"$2b$05$" + SALT.encode())
    public const string BcryptCost5 = "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";

    // bcrypt.hashpw(b"correct horse", b"$2b$12$" + SALT.encode())
    public const string BcryptCost12 = "$2b$12$abcdefghijklmnopqrstuuFDJRuYeKkCzo3Wy7h8SxhBSHBAHiPK2";

    // bcrypt.hashpw("Grüße, Zürich".encode(), b"$2b$04$" + SALT.encode())
    public const string BcryptUmlauts = "$2b$04$abcdefghijklmnopqrstuucszO1.g8uBGK8oCacRtq0v2X0CIMkxy";

    // bcrypt.hashpw(("\U0001F511" * 18).encode(), b"$2b$04$" + SALT.encode())  # 72 bytes
    public const string BcryptEmoji = "$2b$04$abcdefghijklmnopqrstuukj4oCtFYQcYToHS.q9LjL8o1PVK2NkG";

    // bcrypt.hashpw(b"a" * 72, b"$2b$04$" + SALT.encode())
    public const string Bcrypt72Bytes = "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";

    // bcrypt.hashpw(b"a" * 73, b"$2b$04$" + SALT.encode())  # bcrypt 3 truncates to 72
    public const string Bcrypt73BytesTruncated = "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";

    // bcrypt.hashpw(b"", b"$2b$04$" + SALT.encode())
    public const string BcryptEmpty = "$2b$04$abcdefghijklmnopqrstuubyCG3zY1GIXMyxfivm.ClDiInHzxjiq";

    // passlib 1.7.4: bcrypt_sha256 in version 2, and in version 1, the default before 1.7.3.

    // pl_bcrypt.using(rounds=4, ident="2y", salt=SALT).hash("battery staple")
    public const string Passlib2y = "$2y$04$abcdefghijklmnopqrstuuhfdSToe28Z2OzxmmHxfI3lnNDfjxoF6";

    // bcrypt_sha256.using(rounds=4, salt=SALT).hash("correct horse")
    public const string Sha256V2 = "$bcrypt-sha256$v=2,t=2b,r=4$abcdefghijklmnopqrstuu$DDZkjU09Vim05Ait7x7R.JfuHDNAppu";

    // bcrypt_sha256.using(rounds=12, salt=SALT).hash("correct horse")
    public const string Sha256V2Cost12 = "$bcrypt-sha256$v=2,t=2b,r=12$abcdefghijklmnopqrstuu$aP56a.SWvVzRr1c7jVmZnIGQHwjrhZe";

    // bcrypt_sha256.using(rounds=4, salt=SALT).hash("a" * 73)
    public const string Sha256V2Of73Bytes = "$bcrypt-sha256$v=2,t=2b,r=4$abcdefghijklmnopqrstuu$cUHaFfOheX.UlG.wVZ3t4rC9z/87CFG";

    // bcrypt_sha256.using(rounds=4, salt=SALT).hash("\U0001F511" * 64)
    public const string Sha256V2Of64Emoji = "$bcrypt-sha256$v=2,t=2b,r=4$abcdefghijklmnopqrstuu$YkhEJu2ySj3g.7GuSODfOUWG7uYvWBy";

    // bcrypt_sha256.using(rounds=4, salt=SALT).hash("longpassword\0AAA")
    public const string Sha256V2WithNul = "$bcrypt-sha256$v=2,t=2b,r=4$abcdefghijklmnopqrstuu$kQFZiN2jExs3OmeeN/oRLHfrOazl/Di";

    // bcrypt_sha256.using(version=1, rounds=4, salt=SALT).hash("correct horse")
    public const string Sha256V1 = "$bcrypt-sha256$2b,4$abcdefghijklmnopqrstuu$fm19hcnOB5jVIa57e1DmQZ/XByRYI72";

    // bcrypt_sha256.using(version=1, ident="2a", rounds=4, salt=SALT).hash("correct horse")
    public const string Sha256V1Of2a = "$bcrypt-sha256$2a,4$abcdefghijklmnopqrstuu$fm19hcnOB5jVIa57e1DmQZ/XByRYI72";

    // bcrypt_sha256.using(version=1, rounds=4, salt=SALT).hash("longpassword\0AAA")
    public const string Sha256V1WithNul = "$bcrypt-sha256$2b,4$abcdefghijklmnopqrstuu$pIIx.xL/yl6s96aKfxGRIcKArx61h86";

    // hashlib: ASP.NET Core Identity's version 3.
    // v3 = lambda prf, name, rounds, salt, password, length=32: base64.b64encode(
    //     b"\x01" + struct.pack(">III", prf, rounds, len(salt)) + salt + hashlib.pbkdf2_hmac(name, password, salt, rounds, length)).decode()

    // v3(2, "sha512", 100000, SALT[:16], b"correct horse")  # the default since .NET 7
    public const string IdentityV3 = "AQAAAAIAAYagAAAAEGFiY2RlZmdoaWprbG1ub3DCUH94djlMP4jXaRgdMqhmT3wKQgrNzDxRa5smAoBFTA==";

    // v3(1, "sha256", 10000, SALT[:16], "Grüße, Zürich".encode())  # the default before .NET 7
    public const string IdentityV3Sha256 = "AQAAAAEAACcQAAAAEGFiY2RlZmdoaWprbG1ub3Bd4Om8EnFKvKhj/gWB4eKKwuQisWC7FBfSw7HivJyugg==";

    // v3(0, "sha1", 1000, SALT[:16], b"correct horse")
    public const string IdentityV3Sha1 = "AQAAAAAAAAPoAAAAEGFiY2RlZmdoaWprbG1ub3Ca22jOIjB3Df4EH98T4Nkb1ABeynSQKZWJtAjSm8koLw==";

    // v3(1, "sha256", 600, SALT[:22], b"longpassword\0AAA", 64)
    public const string IdentityV3Long =
        "AQAAAAEAAAJYAAAAFmFiY2RlZmdoaWprbG1ub3BxcnN0dXV+N0E8V2RLlV11MW7428x2DHr1KSlt/WV9LtQ+ta3rokvj6v4xO/6sCQFkHBjPcYGWZojtcgySQBoRMQRcaDCi";

    // v3(2, "sha512", 1, SALT[:16], ("\U0001F511" * 64).encode(), 16)
    public const string IdentityV3Short = "AQAAAAIAAAABAAAAEGFiY2RlZmdoaWprbG1ub3B8HQNNLXKz3fc186kR9aaa";

    // cryptography 38 and hmac: values that depend on SECRET_KEY.

    // HKDF(hashes.SHA256(), 32, None, b"cortex-identity/v1/refresh-token").derive(KEY)
    public const string HkdfRefreshToken = "ad2b1f9267dad6ed1dd96fd38c00854cfe0f6c2e1ff65fbb8d767e4a914c5c53";

    // HKDF(hashes.SHA256(), 32, None, b"cortex-identity/v1/two-factor-challenge").derive(KEY)
    public const string HkdfTwoFactorChallenge = "d4f75a814fc800242e798b2da69330e5d5af290a19d0056d864877d3b6165bd6";

    // "ctr_" + b64u((p := ID.bytes + struct.pack(">i", 7)) + hmac.digest(KEY, b"ctr_" + p, "sha256"))
    public const string RefreshTokenText = "ctr_ABEiM0RVZneImaq7zN3u_wAAAAfR0fmiueqABHQR9MKtmDtKiZwiPtlbE3r2AVAPVQkYLg";

    // "c2f_" + b64u(ID.bytes + hmac.digest(KEY, b"c2f_" + ID.bytes, "sha256"))
    public const string TwoFactorTokenText = "c2f_ABEiM0RVZneImaq7zN3u_9ptSu6zz6DSTyn_2rJz1gPWdlFeGeRfs-z3D7ZYJgnP";

    // "enc:v1:" + b64u((n := bytes(12)) + (c := AESGCM(KEY).encrypt(n, b"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", b"totp" + ID.bytes))[-16:] + c[:-16])
    public const string EncryptedColumn = "enc:v1:AAAAAAAAAAAAAAAAW-zYtXsSLSsWHKXlMsQPWET-5onsH8ftTeD5fit8ycmYAQUEcbIkf8XW48j2rwUG";

    // hmac.digest(KEY, ID.bytes + b"7ZK3QW-0M9XTB-H4VNGA-R2C8EJ", "sha256")
    public const string RecoveryCodeHash = "a466c4b03bf8ca6900d553d3b414086218e00f4c460ec7b61100f59586209cdb";

    // zlib and hashlib: API keys. base62 is repeated divmod by 62 with the digits 0-9A-Za-z.

    // (k := "ctx_" + base62(0, 43)) + base62(zlib.crc32(k.encode()), 6)
    public const string ApiKeyOfZeros = "ctx_00000000000000000000000000000000000000000003tVAQw";

    // (k := "ctx_" + base62(2**256 - 1, 43)) + base62(zlib.crc32(k.encode()), 6)
    public const string ApiKeyOfOnes = "ctx_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp12KSooo";

    // (k := "ctx_" + base62(int(hashlib.sha256(b"cortex").hexdigest(), 16), 43)) + base62(zlib.crc32(k.encode()), 6)
    public const string ApiKeyOfSha256 = "ctx_7JzRpPka0QnxqSl8ddVOKblKJ6tm3ui0PgY3llHn0Ni4EpACO";

    // hashlib.sha256(ApiKeyOfSha256.encode()).hexdigest()
    public const string ApiKeyOfSha256Hash = "d847866330aadb49431b7164cb3840c0f85c433b86496b42b7ed0393683a8593";

    // pyotp 2.6.0.

    // "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    public const string PyotpSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

    // pyotp.TOTP(PyotpSecret).byte_secret()
    public const string PyotpSecretBytes = "48656c6c6f21deadbeef48656c6c6f21deadbeef";

    // pyotp.TOTP(PyotpSecret).at(0)
    public const string PyotpCodeAt0 = "702218";

    // pyotp.TOTP(PyotpSecret).at(1700000000)
    public const string PyotpCodeAt1700000000 = "406058";

    // pyotp.TOTP(PyotpSecret).at(4000000000)
    public const string PyotpCodeAt4000000000 = "736624";

    // pyotp.TOTP(PyotpSecret).provisioning_uri("alice+test@example.com", issuer_name="Cortex Memory")
    public const string PyotpUri = "otpauth://totp/Cortex%20Memory:alice%2Btest%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Cortex%20Memory";
}
