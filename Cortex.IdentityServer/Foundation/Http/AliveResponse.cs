namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The process answers.</summary>
/// <param name="Status"><c>healthy</c>.</param>
internal sealed record AliveResponse(string Status) : IExample<AliveResponse>
{
    public static AliveResponse Example => new("healthy");
}
