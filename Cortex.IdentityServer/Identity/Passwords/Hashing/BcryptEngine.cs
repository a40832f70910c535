using System.Text;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>A program that computes bcrypt; all of them give the same answer, and differ in speed.</summary>
internal abstract class BcryptEngine
{
    /// <summary>bcrypt reads no further.</summary>
    public const int MaxBytes = 72;

    public const int SaltLength = 22;

    /// <summary>Two to this power is the fewest rounds that bcrypt does.</summary>
    public const int MinCost = 4;

    /// <summary>For work that is done for its time alone.</summary>
    public const string NoSalt = "......................";

    private const int DigestLength = 31;

    protected BcryptEngine() => Pbkdf2 = new(this);

    /// <summary>For the log.</summary>
    public abstract string Name { get; }

    public Pbkdf2Time Pbkdf2 { get; }

    /// <summary>The last 31 characters of a hash, or null where the engine refuses.</summary>
    /// <exception cref="ArgumentException">bcrypt would cut the text, each engine at another place.</exception>
    public string? Digest(string text, string salt, int cost)
    {
        if (text.Contains('\0') || Encoding.UTF8.GetByteCount(text) > MaxBytes)
        {
            throw new ArgumentException($"bcrypt reads at most {MaxBytes} bytes and stops at a NUL.", nameof(text));
        }

        // The letter makes no difference up to 72 bytes: a, b and y name bugs that other libraries had or mended.
        var setting = $"$2b${cost:D2}${salt}";
        var hash = Compute(text, setting);
        return hash?.Length == setting.Length + DigestLength ? hash[^DigestLength..] : null;
    }

    /// <summary>Spends the time of so many rounds, as exactly as bcrypt's costs allow; none, where there is less than one.</summary>
    public void Fill(double rounds)
    {
        foreach (var cost in Costs(rounds))
        {
            Digest("", NoSalt, cost);
        }
    }

    /// <summary>The costs, of 2^cost rounds each, that together make up so many rounds.</summary>
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
