namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>For <see cref="QueryReader.Limit"/>.</summary>
internal sealed class LimitValueAttribute() : NumberValueAttribute(1, QueryReader.MostItems, QueryReader.UsualItems);
