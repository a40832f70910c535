namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>Sums of usage.</summary>
/// <param name="Requests">The number of requests, including corrections by administrators.</param>
/// <param name="TokensUsed">The number of tokens; negative if corrections exceed the usage.</param>
/// <param name="CostMicros">The cost in millionths of a US dollar; negative if corrections exceed the usage.</param>
internal readonly record struct MeterSums(long Requests, long TokensUsed, long CostMicros)
{
    public static MeterSums operator +(MeterSums one, MeterSums other) =>
        new(one.Requests + other.Requests, one.TokensUsed + other.TokensUsed, one.CostMicros + other.CostMicros);

    public static MeterSums operator -(MeterSums one, MeterSums other) =>
        new(one.Requests - other.Requests, one.TokensUsed - other.TokensUsed, one.CostMicros - other.CostMicros);
}
