using System.Text;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>An implementation of bcrypt. All of them give the same results and differ in speed only.</summary>
internal abstract class BcryptEngine
{
    /// <summary>bcrypt ignores bytes beyond this number.</summary>
    public const int MaxBytes = 72;

    public const int SaltLength = 22;

    /// <summary>The minimum cost: bcrypt runs 2^cost rounds.</summary>
    public const int MinCost = 4;

    /// <summary>The salt of dummy hashes, which only take time.</summary>
    public const string DummySalt = "......................";

    private const int DigestLength = 31;

    protected BcryptEngine() => Pbkdf2 = new(this);

    /// <summary>The engine's name in the log.</summary>
    public abstract string Name { get; }

    public Pbkdf2Timing Pbkdf2 { get; }

    /// <summary>Returns the last 31 characters of the hash, or null if the engine fails.</summary>
    /// <exception cref="ArgumentException">bcrypt would truncate the text, and engines differ in where.</exception>
    public string? Digest(string text, string salt, int cost)
    {
        if (text.Contains('\0') || Encoding.UTF8.GetByteCount(text) > MaxBytes)
        {
            throw new ArgumentException($"bcrypt reads at most {MaxBytes} bytes and stops at a NUL.", nameof(text));
        }

        // Up to 72 bytes, the variants a, b and y give the same hash: they identify bugs and fixes of other libraries.
        var setting = $"$2b${cost:D2}${salt}";
        var hash = Compute(text, setting);
        return hash?.Length == setting.Length + DigestLength ? hash[^DigestLength..] : null;
    }

    /// <summary>Spends the time of this many rounds, as precisely as bcrypt's costs allow; nothing if the number isn't positive.</summary>
    public void SpendRounds(double rounds)
    {
        foreach (var cost in Costs(rounds))
        {
            Digest("", DummySalt, cost);
        }
    }

    /// <summary>The costs, of 2^cost rounds each, that add up to this many rounds.</summary>
    public static IEnumerable<int> Costs(double rounds)
    {
        const int Grain = 1 << MinCost;
        var missing = (long)Math.Round(rounds / Grain) * Grain;
        for (var cost = PasswordHash.MaxCost; cost >= MinCost && missing > 0; cost--)
        {
            for (; missing >= 1L << cost; missing -= 1L << cost)
            {
                yield return cost;
            }
        }
    }

    protected abstract string? Compute(string text, string setting);
}
