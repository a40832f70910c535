namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Sets a route's <see cref="OwnerVanishes"/>. Routes with a session don't need it: they answer <see cref="Problems.SessionRevoked"/>.</summary>
internal static class OwnerVanishesExtensions
{
    public static TBuilder WhenOwnerVanishes<TBuilder>(this TBuilder route, Refusal problem)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new OwnerVanishes(problem));
}
