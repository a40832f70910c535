namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>Chooses the engine at startup: the native one if it is available and correct.</summary>
internal static partial class BcryptEngines
{
    private const string Salt = "abcdefghijklmnopqrstuu";

    /// <summary>Hashes that other programs created at cost 4: of an ordinary text, an empty one, a multi-byte one, and one of bcrypt's full length.</summary>
    private static readonly (string Text, string Digest)[] Known =
    [
        ("correct horse", "jydOTSfIH/d5oUHpsygqV5X9xJLQc6e"),
        ("", "byCG3zY1GIXMyxfivm.ClDiInHzxjiq"),
        ("Grüße, Zürich", "cszO1.g8uBGK8oCacRtq0v2X0CIMkxy"),
        (string.Concat(Enumerable.Repeat("🔑", 18)), "kj4oCtFYQcYToHS.q9LjL8o1PVK2NkG"),
    ];

    public static BcryptEngine Choose(ILogger logger)
    {
        var native = NativeBcrypt.TryLoad();
        BcryptEngine engine = native is not null && IsCorrect(native) ? native : new ManagedBcrypt();
        Log.Chosen(logger, engine.Name);
        return engine;
    }

    /// <summary>Whether the engine computes the known hashes.</summary>
    public static bool IsCorrect(BcryptEngine engine) => Known.All(known => engine.Digest(known.Text, Salt, cost: 4) == known.Digest);

    private static partial class Log
    {
        [LoggerMessage(2403, LogLevel.Information, "Passwords are hashed with bcrypt by {Engine}")]
        public static partial void Chosen(ILogger logger, string engine);
    }
}
