namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Notes it on a route; one with a session answers <see cref="Problems.SessionRevoked"/>.</summary>
internal static class OwnerVanishesExtensions
{
    public static TBuilder WhenOwnerVanishes<TBuilder>(this TBuilder route, Refusal problem)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new OwnerVanishes(problem));
}
