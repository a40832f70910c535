namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The largest body, in bytes, of a route that takes more than JSON routes do, and that may answer while it still reads.</summary>
internal sealed record LargestBody(long Bytes);
