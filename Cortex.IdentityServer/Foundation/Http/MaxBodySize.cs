namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The maximum body size, in bytes, of a route that accepts more than JSON routes do and that may answer while it is still reading.</summary>
internal sealed record MaxBodySize(long Bytes);
