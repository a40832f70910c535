namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Sets a route's <see cref="OwnerDeleted"/>. Routes with a session don't need it: they answer <see cref="Problems.SessionRevoked"/>.</summary>
internal static class OwnerDeletedExtensions
{
    public static TBuilder WhenOwnerDeleted<TBuilder>(this TBuilder route, Refusal problem)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new OwnerDeleted(problem));
}
