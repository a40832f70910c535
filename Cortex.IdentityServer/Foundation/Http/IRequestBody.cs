namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>A body whose data annotations are checked before the endpoint runs; the OpenAPI document shows the same bounds.</summary>
/// <remarks>A body without fields is still read, so that unknown fields are refused; endpoints call such a parameter <c>_</c>.</remarks>
internal interface IRequestBody;
