namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Documents a parameter that <see cref="QueryReader.ReadLimit"/> reads.</summary>
internal sealed class LimitValueAttribute() : NumberValueAttribute(1, QueryReader.MaxPageSize, QueryReader.DefaultPageSize);
