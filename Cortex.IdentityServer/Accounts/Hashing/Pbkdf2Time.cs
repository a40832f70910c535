using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Cortex.IdentityServer.Accounts.Hashing;

/// <summary>
/// Makes a verification by PBKDF2 take the time of one by bcrypt: what is missing is filled up with bcrypt. How much that is differs from machine to machine, and is
/// measured once for each function.
/// </summary>
/// <remarks>A hash whose iterations take longer than bcrypt at the configured cost does so whatever is done here: nothing makes it faster.</remarks>
internal sealed class Pbkdf2Time(BcryptEngine bcrypt)
{
    /// <summary>bcrypt's cheapest, and so how exactly a time can be filled up: 16 rounds of the 4,096 of cost 12.</summary>
    private const int MinCost = 4;

    private const int MeasuredCost = 7;
    private const int MeasuredIterations = 4_000;
    private const int Runs = 5;

    private readonly ConcurrentDictionary<HashAlgorithmName, Lazy<double>> _roundsPerIteration = new();

    /// <summary>Computes for as long as a verification of this hash is faster than one by bcrypt at this cost.</summary>
    public void FillUp(Pbkdf2Hash hash, int cost)
    {
        var roundsPerIteration = _roundsPerIteration.GetOrAdd(hash.Function, function => new(() => Measure(function))).Value;
        foreach (var missing in Missing(cost, hash.Iterations * roundsPerIteration))
        {
            bcrypt.Digest("", BcryptEngine.NoSalt, missing);
        }
    }

    /// <summary>The costs, of 2^cost rounds each, that together with the rounds that are done make up one cost.</summary>
    public static IEnumerable<int> Missing(int cost, double done)
    {
        const int Grain = 1 << MinCost;
        var missing = (long)Math.Round(((1L << cost) - done) / Grain) * Grain;
        for (var part = cost; part >= MinCost && missing > 0; part--)
        {
            if ((missing & (1L << part)) != 0)
            {
                yield return part;
            }
        }
    }

    /// <summary>The fastest of a few turns each, which other work on the machine disturbed least.</summary>
    private double Measure(HashAlgorithmName function)
    {
        double iteration = double.MaxValue, round = double.MaxValue;
        var salt = new byte[16];
        for (var run = 0; run < Runs; run++)
        {
            iteration = Math.Min(iteration, Ticks(() => Rfc2898DeriveBytes.Pbkdf2("", salt, MeasuredIterations, function, outputLength: 16)) / MeasuredIterations);
            round = Math.Min(round, Ticks(() => bcrypt.Digest("", BcryptEngine.NoSalt, MeasuredCost)) / (1 << MeasuredCost));
        }

        return iteration / round;
    }

    private static double Ticks(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetTimestamp() - started;
    }
}
