using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>
/// Pads a PBKDF2 verification with bcrypt rounds to the time of a bcrypt verification. The number of rounds depends on the machine, so it is measured:
/// before the first verification, and more precisely with each later one.
/// </summary>
/// <remarks>A hash that takes longer than the costliest one that is padded to still does: nothing can make it faster.</remarks>
internal sealed class Pbkdf2Timing(BcryptEngine bcrypt)
{
    private const int CalibrationCost = 7;
    private const int CalibrationIterations = 4_000;
    private const int CalibrationRuns = 5;

    private readonly Lazy<FastestTime> _round = new(() =>
        FastestTime.Of(CalibrationRuns, 1 << CalibrationCost, () => bcrypt.Digest("", BcryptEngine.DummySalt, CalibrationCost)));
    private readonly ConcurrentDictionary<HashAlgorithmName, Lazy<FastestTime>> _iterations = new();

    /// <summary>Verifies the password in the time of this many bcrypt rounds.</summary>
    public bool Verify(Pbkdf2Hash hash, string password, long rounds)
    {
        var (round, iteration) = (_round.Value, _iterations.GetOrAdd(hash.Function, Calibrate).Value);
        var isRight = iteration.Time(hash.Iterations, () => hash.Matches(password));
        foreach (var missing in BcryptEngine.Costs(rounds - (hash.Iterations * iteration.Ticks / round.Ticks)))
        {
            round.Time(1 << missing, () => bcrypt.Digest("", BcryptEngine.DummySalt, missing));
        }

        return isRight;
    }

    /// <summary>The number of bcrypt rounds that take as long as a verification of this hash.</summary>
    public double RoundsOf(Pbkdf2Hash hash) => hash.Iterations * _iterations.GetOrAdd(hash.Function, Calibrate).Value.Ticks / _round.Value.Ticks;

    private static Lazy<FastestTime> Calibrate(HashAlgorithmName function) =>
        new(() => FastestTime.Of(
            CalibrationRuns,
            CalibrationIterations,
            () => Rfc2898DeriveBytes.Pbkdf2("", new byte[16], CalibrationIterations, function, outputLength: 16)));

    /// <summary>The fastest measured time of an operation: any disturbance only makes it slower.</summary>
    private sealed class FastestTime
    {
        private double _ticks = double.MaxValue;

        /// <summary>The time of one unit.</summary>
        public double Ticks => Volatile.Read(ref _ticks);

        public static FastestTime Of<T>(int runs, int units, Func<T> work)
        {
            var fastest = new FastestTime();
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

            // A concurrent update may be lost; a later one will do.
            if (ticks < Ticks)
            {
                Volatile.Write(ref _ticks, ticks);
            }

            return result;
        }
    }
}
