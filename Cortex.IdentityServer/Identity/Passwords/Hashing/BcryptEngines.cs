namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>Chooses the engine, once at the start: the fast one where it is there and right.</summary>
internal static partial class BcryptEngines
{
    private const string Salt = "abcdefghijklmnopqrstuu";

    /// <summary>What other programs made at cost 4: the usual, nothing, more bytes than letters, and bcrypt's whole length.</summary>
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
        BcryptEngine engine = native is not null && IsRight(native) ? native : new ManagedBcrypt();
        Log.Chosen(logger, engine.Name);
        return engine;
    }

    /// <summary>Whether it gives the known answers.</summary>
    public static bool IsRight(BcryptEngine engine) => Known.All(known => engine.Digest(known.Text, Salt, cost: 4) == known.Digest);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Passwords are hashed with bcrypt by {Engine}")]
        public static partial void Chosen(ILogger logger, string engine);
    }
}
