using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>
/// Makes a verification by PBKDF2 take the time of one by bcrypt: what is missing is filled up with bcrypt. How much that is differs from machine to machine,
/// so it is measured: before the first verification, and better with each one after it.
/// </summary>
/// <remarks>A hash whose iterations take longer than the dearest that is waited for does so whatever is done here: nothing makes it faster.</remarks>
internal sealed class Pbkdf2Time(BcryptEngine bcrypt)
{
    private const int FirstCost = 7;
    private const int FirstIterations = 4_000;
    private const int FirstRuns = 5;

    private readonly Lazy<Fastest> _round = new(() => Fastest.Of(FirstRuns, 1 << FirstCost, () => bcrypt.Digest("", BcryptEngine.NoSalt, FirstCost)));
    private readonly ConcurrentDictionary<HashAlgorithmName, Lazy<Fastest>> _iterations = new();

    /// <summary>Whether this is the password, as late as so many rounds of bcrypt would have said so.</summary>
    public bool Verify(Pbkdf2Hash hash, string password, long rounds)
    {
        var (round, iteration) = (_round.Value, _iterations.GetOrAdd(hash.Function, First).Value);
        var isRight = iteration.Time(hash.Iterations, () => hash.Matches(password));
        foreach (var missing in BcryptEngine.Costs(rounds - (hash.Iterations * iteration.Ticks / round.Ticks)))
        {
            round.Time(1 << missing, () => bcrypt.Digest("", BcryptEngine.NoSalt, missing));
        }

        return isRight;
    }

    /// <summary>How many rounds of bcrypt a verification takes.</summary>
    public double RoundsOf(Pbkdf2Hash hash) => hash.Iterations * _iterations.GetOrAdd(hash.Function, First).Value.Ticks / _round.Value.Ticks;

    private static Lazy<Fastest> First(HashAlgorithmName function) =>
        new(() => Fastest.Of(FirstRuns, FirstIterations, () => Rfc2898DeriveBytes.Pbkdf2("", new byte[16], FirstIterations, function, outputLength: 16)));

    /// <summary>How fast something was ever done: whatever disturbs it makes it slower only.</summary>
    private sealed class Fastest
    {
        private double _ticks = double.MaxValue;

        /// <summary>That one unit took.</summary>
        public double Ticks => Volatile.Read(ref _ticks);

        public static Fastest Of<T>(int runs, int units, Func<T> work)
        {
            var fastest = new Fastest();
            for (var run = 0; run < runs; run++)
            {
                fastest.Time(units, work);
            }

            return fastest;
        }

        public T Time<T>(int units, Func<T> work)
        {
            var started = Stopwatch.GetTimestamp();
            var result = work();
            var ticks = (Stopwatch.GetTimestamp() - started) / (double)units;

            // Two at a time may lose one of them; the next will do.
            if (ticks < Ticks)
            {
                Volatile.Write(ref _ticks, ticks);
            }

            return result;
        }
    }
}
