namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The state of the process.</summary>
/// <param name="Status">Always <c>healthy</c>.</param>
internal sealed record AliveResponse(string Status) : IExample<AliveResponse>
{
    public static AliveResponse Example => new("healthy");
}
