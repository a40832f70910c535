namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>A body that shows what it looks like, for the OpenAPI document.</summary>
internal interface IExample<TSelf>
    where TSelf : IExample<TSelf>
{
    static abstract TSelf Example { get; }
}
