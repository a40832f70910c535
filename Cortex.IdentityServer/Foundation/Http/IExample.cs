namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>A body type that declares an example for the OpenAPI document.</summary>
internal interface IExample<TSelf>
    where TSelf : IExample<TSelf>
{
    static abstract TSelf Example { get; }
}
