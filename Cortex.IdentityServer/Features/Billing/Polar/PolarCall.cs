namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>A kind of request to Polar.</summary>
/// <param name="Name">Its name in the log.</param>
/// <param name="IsRepeatable">Whether sending it twice does no harm, so that it may be sent again when nobody knows whether Polar received it.</param>
/// <param name="CanBeAbsent">Whether what is asked for may not exist, so that 404 is an answer.</param>
internal sealed record PolarCall(string Name, bool IsRepeatable, bool CanBeAbsent = false)
{
    /// <summary>The option of a request that says of which kind it is.</summary>
    private static readonly HttpRequestOptionsKey<PolarCall> Key = new(nameof(PolarCall));

    public static readonly PolarCall Checkout = new("checkout", IsRepeatable: false);
    public static readonly PolarCall Portal = new("portal", IsRepeatable: false);
    public static readonly PolarCall CustomerState = new("customer state", IsRepeatable: true, CanBeAbsent: true);
    public static readonly PolarCall Subscription = new("subscription", IsRepeatable: true, CanBeAbsent: true);
    public static readonly PolarCall Cancellation = new("cancellation", IsRepeatable: true, CanBeAbsent: true);
    public static readonly PolarCall Ingest = new("usage", IsRepeatable: true);
    public static readonly PolarCall CustomerMeters = new("customer meters", IsRepeatable: true);
    public static readonly PolarCall Meters = new("meters", IsRepeatable: true);
    public static readonly PolarCall Quantities = new("quantities", IsRepeatable: true, CanBeAbsent: true);

    public void Mark(HttpRequestMessage request) => request.Options.Set(Key, this);

    /// <summary>Returns the kind of a request that <see cref="Mark"/> has marked.</summary>
    public static PolarCall Of(HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out var call) ? call : throw new InvalidOperationException("The request isn't marked.");
}
