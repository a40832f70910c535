namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>A request body that is validated by its data annotations before the endpoint runs. The OpenAPI document shows the same constraints.</summary>
/// <remarks>Even a body without fields is read, so that unknown fields are rejected. Endpoints name such a parameter <c>_</c>.</remarks>
internal interface IRequestBody;
