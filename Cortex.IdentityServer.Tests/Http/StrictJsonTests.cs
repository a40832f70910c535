using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A body that doesn't match its route gets 400 as problem details, like every other error (RFC 9457).</summary>
public sealed class StrictJsonTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Register = "/api/v1/auth/register";
    private const string Generate = "/api/v1/auth/api-keys/generate";

    [Theory]
    [InlineData("""{"email":"a@example.com","password":"correct horse battery","is_admin":true}""", "is_admin")]
    [InlineData("""{"Email":"a@example.com","password":"correct horse battery"}""", "Email")]
    [InlineData("""{"email":"a@example.com","password":"correct horse battery","emailConfirmed":true}""", "emailConfirmed")]
    public async Task An_unknown_field_is_refused_by_name(string body, string field)
    {
        var problem = await (await app.Anonymous().PostTextAsync(Register, body)).ShouldBeProblemAsync(400, "unknown_field");

        Assert.Contains($"\"{field}\"", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_inside_an_unknown_object_is_not_read() =>
        await (await app.Anonymous().PostTextAsync(Register, """{"user":{"email":"a@example.com"}}""")).ShouldBeProblemAsync(400, "unknown_field");

    [Fact]
    public async Task A_duplicate_field_is_refused() =>
        await RefusedAsync(
            await app.Anonymous().PostTextAsync(Register, """{"email":"a@example.com","email":"b@example.com","password":"correct horse battery"}"""));

    [Theory]
    [InlineData("""{"email":1,"password":"correct horse battery"}""", "email")]
    [InlineData("""{"email":["a@example.com"],"password":"correct horse battery"}""", "email")]
    [InlineData("""{"email":{"a":"b"},"password":"correct horse battery"}""", "email")]
    [InlineData("""{"email":true,"password":"correct horse battery"}""", "email")]
    [InlineData("""{"email":null,"password":"correct horse battery"}""", "email")]
    [InlineData("""{"email":"a@example.com","password":12345678901}""", "password")]
    [InlineData("""{"email":"a@example.com","password":null}""", "password")]
    public async Task A_value_of_another_type_is_refused_under_its_field(string body, string field) =>
        await RefusedFieldsAsync(await app.Anonymous().PostTextAsync(Register, body), field);

    [Theory]
    [InlineData("""{"name":"k","expires_in_days":"30"}""", "expires_in_days")]
    [InlineData("""{"name":"k","expires_in_days":1.5}""", "expires_in_days")]
    [InlineData("""{"name":"k","expires_in_days":1e999}""", "expires_in_days")]
    [InlineData("""{"name":"k","expires_in_days":99999999999999999999}""", "expires_in_days")]
    [InlineData("""{"name":"k","expires_in_days":0}""", "expires_in_days")]
    [InlineData("""{"name":"k","expires_in_days":-1}""", "expires_in_days")]
    [InlineData("""{"name":"k","expires_in_days":3651}""", "expires_in_days")]
    [InlineData("""{"name":"k","scopes":"memory:read"}""", "scopes")]
    [InlineData("""{"name":"k","scopes":[1]}""", "scopes")]
    [InlineData("""{"name":"k","scopes":[null]}""", "scopes")]
    [InlineData("""{"name":"k","scopes":["a b"]}""", "scopes")]
    [InlineData("""{"name":"a\u0000b"}""", "name")]
    [InlineData("""{"name":"  "}""", "name")]
    public async Task Numbers_and_lists_are_validated_strictly(string body, string field)
    {
        var (_, _, http) = await app.SignUpAsync();

        await RefusedFieldsAsync(await http.PostTextAsync(Generate, body), field);
    }

    [Fact]
    public async Task All_missing_fields_are_named_at_once() =>
        await RefusedFieldsAsync(await app.Anonymous().PostTextAsync(Register, "{}"), "email", "password");

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[{}]")]
    [InlineData("1")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("""{"email":"a@example.com","password":"correct horse battery"}}""")]
    [InlineData("""{"email":"a@example.com","password":"correct horse battery"} x""")]
    [InlineData("""{"email":"a@example.com","password":"correct horse battery",}""")]
    [InlineData("""{"email":"a@example.com",/* */"password":"correct horse battery"}""")]
    [InlineData("{'email':'a@example.com'}")]
    [InlineData("""{"email":"a@example.com","password":NaN}""")]
    public async Task JSON_that_is_not_an_object_of_this_route_is_malformed(string body) =>
        await (await app.Anonymous().PostTextAsync(Register, body)).ShouldBeProblemAsync(400, "malformed_request");

    [Theory]
    [InlineData("""{"email":"\ud800@example.com","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","password":"correct horse \udc00"}""")]
    public async Task Half_a_surrogate_pair_is_refused(string body) => await RefusedAsync(await app.Anonymous().PostTextAsync(Register, body));

    [Fact]
    public async Task Bytes_that_are_not_UTF8_are_refused()
    {
        byte[] body = [.. Encoding.ASCII.GetBytes("""{"email":"a@example.com","password":"correct horse """), 0xC3, 0x28, .. "\"}"u8];

        await RefusedAsync(await SendAsync(body));
    }

    [Fact]
    public async Task A_byte_order_mark_causes_no_500() =>
        Assert.True((int)(await SendAsync([.. Encoding.UTF8.Preamble, .. "{}"u8])).StatusCode == 400);

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public async Task Thousands_of_nested_levels_are_refused_cheaply(char open, char close)
    {
        var step = open == '{' ? "{\"email\":" : "[";

        await RefusedAsync(await app.Anonymous().PostTextAsync(Register, string.Concat(Enumerable.Repeat(step, 6000)) + "1" + new string(close, 6000)));
        await RefusedAsync(await app.Anonymous().PostTextAsync(Register, "{\"email\":" + new string('[', 10_000) + new string(']', 10_000) + "}"));
    }

    [Fact]
    public async Task A_long_name_of_an_unknown_field_is_truncated_in_the_response()
    {
        var problem = await (await app.Anonymous().PostTextAsync(Register, "{\"" + new string('x', 5000) + "\":1}")).ShouldBeProblemAsync(400, "unknown_field");

        Assert.True(problem.GetProperty("detail").GetString()!.Length < 200);
    }

    /// <summary>The two media types that this route parses itself.</summary>
    [Theory]
    [InlineData("application/json", """{"token":1}""", "validation_failed")]
    [InlineData("application/json", """{"token":null}""", "validation_failed")]
    [InlineData("application/json", """{"token":"x","user":"y"}""", "unknown_field")]
    [InlineData("application/json", """{"token":"x","token":"y"}""", null)]
    [InlineData("application/json", "{", "malformed_request")]
    [InlineData("application/json", "[]", "malformed_request")]
    [InlineData("application/json", "", "malformed_request")]
    [InlineData("application/json", "{}", "validation_failed")]
    [InlineData("application/json", """{"token":"\ud800"}""", null)]
    [InlineData("application/x-www-form-urlencoded", "", "validation_failed")]
    [InlineData("application/x-www-form-urlencoded", "token=a&token=b", "validation_failed")]
    [InlineData("application/x-www-form-urlencoded", "token=%00", "malformed_request")]
    [InlineData("multipart/form-data", "x", "unsupported_media_type")]
    public async Task A_malformed_body_of_introspect_is_refused(string mediaType, string body, string? code)
    {
        var (_, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http, "introspect");

        var answer = await app.WithKey(key).PostTextAsync("/api/v1/auth/introspect", body, mediaType);

        await (code is null ? RefusedAsync(answer) : answer.ShouldBeProblemAsync(code == "unsupported_media_type" ? 415 : 400, code));
    }

    [Fact]
    public async Task A_form_with_too_many_fields_is_refused()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http, "introspect");

        var form = string.Join('&', Enumerable.Range(0, 2000).Select(number => $"a{number}=1"));

        await (await app.WithKey(key).PostTextAsync("/api/v1/auth/introspect", form, "application/x-www-form-urlencoded"))
            .ShouldBeProblemAsync(400, "malformed_request");
    }

    private async Task<HttpResponseMessage> SendAsync(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await app.Anonymous().PostAsync(Register, content, TestContext.Current.CancellationToken);
    }

    /// <summary>Asserts a 400. Its code depends on where the JSON reader finds the error.</summary>
    private static async Task<JsonElement> RefusedAsync(HttpResponseMessage response)
    {
        var code = (await response.JsonAsync(HttpStatusCode.BadRequest)).GetProperty("code").GetString();
        Assert.Contains(code, new[] { "malformed_request", "validation_failed" });
        return await response.ShouldBeProblemAsync(400, code!);
    }

    private static async Task RefusedFieldsAsync(HttpResponseMessage response, params string[] fields)
    {
        var errors = (await response.ShouldBeProblemAsync(400, "validation_failed")).GetProperty("errors");
        Assert.Equal(fields.Order(), errors.EnumerateObject().Select(error => error.Name).Order());
        Assert.All(errors.EnumerateObject(), error => Assert.All(error.Value.EnumerateArray(), message => Assert.NotEmpty(message.GetString()!)));
    }
}
