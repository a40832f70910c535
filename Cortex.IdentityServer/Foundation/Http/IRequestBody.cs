namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>A body whose data annotations are checked before the endpoint runs; the OpenAPI document shows the same bounds.</summary>
internal interface IRequestBody;
