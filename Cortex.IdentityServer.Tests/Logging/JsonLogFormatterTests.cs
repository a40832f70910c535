using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Logging;
using Cortex.IdentityServer.Tests.Contract;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Cortex.IdentityServer.Tests.Logging;

/// <summary>What one entry of the log looks like as JSON.</summary>
public sealed partial class JsonLogFormatterTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 16, 27, 3, 861, TimeSpan.Zero);

    private static readonly Guid UserId = Guid.Parse("7b878f37-0b3b-40e1-9ea6-cb498656776d");

    [Fact]
    public void The_documented_line_is_what_the_server_writes()
    {
        using var activity = new Activity("request").SetParentId("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        activity.Start();
        CurrentRequest.Id = "0f8fad5bd9cb469fa16570867728950e";

        var written = Write(
            LogLevel.Information, $"Wrong password for user {UserId}", new EventId(2402, "WrongPassword"), null,
            ("UserId", UserId), ("{OriginalFormat}", "Wrong password for user {UserId}"));

        var documented = Document.Read("docs/logs.md").Blocks.First(block => block.Language == "json").Text.TrimEnd('\n');
        Assert.Equal(SpanId().Replace(documented, activity.SpanId.ToHexString()), written);
    }

    [Fact]
    public void A_line_outside_of_requests_and_traces_has_no_ids_of_them()
    {
        Activity.Current = null;

        var line = Parse(LogLevel.Warning, "Nothing to name");

        Assert.Equal(["timestamp", "level", "event_id", "category", "message"], line.EnumerateObject().Select(member => member.Name));
        Assert.Equal(0, line.GetProperty("event_id").GetInt32());
    }

    [Fact]
    public void The_ids_of_the_trace_are_those_of_the_current_activity()
    {
        using var activity = new Activity("request").SetParentId("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        activity.Start();

        var line = Parse(LogLevel.Warning, "Traced");

        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", line.GetProperty("trace_id").GetString());
        Assert.Equal(activity.SpanId.ToHexString(), line.GetProperty("span_id").GetString());
        Assert.NotEqual("00f067aa0ba902b7", line.GetProperty("span_id").GetString());
    }

    [Theory]
    [InlineData(LogLevel.Trace, "trace")]
    [InlineData(LogLevel.Debug, "debug")]
    [InlineData(LogLevel.Information, "info")]
    [InlineData(LogLevel.Warning, "warning")]
    [InlineData(LogLevel.Error, "error")]
    [InlineData(LogLevel.Critical, "critical")]
    public void A_level_is_a_lowercase_word(LogLevel level, string word) =>
        Assert.Equal(word, Parse(level, "Something").GetProperty("level").GetString());

    /// <remarks>Log readers split at line breaks, of which Unicode has several, and a terminal obeys control characters.</remarks>
    [Theory]
    [InlineData("two\nlines")]
    [InlineData("two\r\nlines")]
    [InlineData("next\u0085line, line\u2028separator, paragraph\u2029separator, form\ffeed, vertical\vtab")]
    [InlineData("{\"level\":\"critical\"}\n{\"level\":\"critical\"}")]
    [InlineData("back\\slash, \"quotes\", tab\t, nul\0")]
    [InlineData("\e[2J\e]0;title\a, \u009b31m, del\u007f, back\b")]
    [InlineData("Zoë wrote: it's <b>5 > 3</b> & more… 字 🎉")]
    public void Any_text_stays_on_one_line(string text)
    {
        var written = Write(LogLevel.Error, $"Said: {text}", exception: new InvalidOperationException(text), parameters: ("Text", text));

        Assert.DoesNotContain(written, character => char.IsControl(character) || character is '\u2028' or '\u2029');
        var line = JsonElement.Parse(written);
        Assert.Equal($"Said: {text}", line.GetProperty("message").GetString());
        Assert.Equal(text, line.GetProperty("data").GetProperty("text").GetString());
        Assert.Contains(text, line.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.Equal("error", line.GetProperty("level").GetString());
    }

    [Fact]
    public void A_torn_surrogate_pair_is_replaced() => Assert.Equal(
        "half \uFFFD", Parse(LogLevel.Error, "half \uD83C").GetProperty("message").GetString());

    [Fact]
    public void Apostrophes_and_letters_stay_readable() =>
        Assert.Contains("\"Redis can't count: Zoë <5>\"", Write(LogLevel.Error, "Redis can't count: Zoë <5>"), StringComparison.Ordinal);

    [Fact]
    public void Parameters_keep_their_types()
    {
        var line = Parse(
            LogLevel.Information, "Types", default, null,
            ("UserId", UserId), ("Count", 7L), ("Ratio", 0.5), ("IsVerified", true), ("Nothing", null), ("Methods", new[] { "password", "totp" }),
            ("NotAfter", new DateTimeOffset(2026, 11, 24, 17, 0, 0, TimeSpan.FromHours(1))), ("Elapsed", TimeSpan.FromSeconds(90)),
            ("Level", LogLevel.Warning), ("Cost", 1.25m), ("Unknown", double.NaN));

        Assert.Equal(
            """{"user_id":"7b878f37-0b3b-40e1-9ea6-cb498656776d","count":7,"ratio":0.5,"is_verified":true,"nothing":null,"methods":["password","totp"]"""
                + ""","not_after":"2026-11-24T16:00:00.000000Z","elapsed":"00:01:30","level":"Warning","cost":1.25,"unknown":"NaN"}""",
            line.GetProperty("data").GetRawText());
    }

    [Fact]
    public void No_member_is_written_twice()
    {
        var line = Parse(
            LogLevel.Information, "a b c d", default, null, ("Message", "a"), ("message", "b"), ("Level", "c"), ("Level", "d"));

        Assert.Equal("""{"message":"a","level":"c"}""", line.GetProperty("data").GetRawText());
        Assert.Equal("a b c d", line.GetProperty("message").GetString());
        Assert.Equal("info", line.GetProperty("level").GetString());
    }

    [Fact]
    public void An_exception_is_one_text_with_its_type_and_stack_trace()
    {
        var failure = Assert.Throws<InvalidOperationException>(Throw);

        var text = Parse(LogLevel.Error, "Failed", default, failure).GetProperty("exception").GetString();

        Assert.StartsWith("System.InvalidOperationException: outer", text, StringComparison.Ordinal);
        Assert.Contains("System.TimeoutException: inner", text, StringComparison.Ordinal);
        Assert.Contains($"at {typeof(JsonLogFormatterTests).FullName}", text, StringComparison.Ordinal);

        static void Throw() => throw new InvalidOperationException("outer", new TimeoutException("inner"));
    }

    private static JsonElement Parse(
        LogLevel level, string message, EventId id = default, Exception? exception = null, params (string Name, object? Value)[] parameters) =>
        JsonElement.Parse(Write(level, message, id, exception, parameters));

    /// <summary>Returns the one line that the formatter writes about an entry.</summary>
    private static string Write(
        LogLevel level, string message, EventId id = default, Exception? exception = null, params (string Name, object? Value)[] parameters)
    {
        var entry = new LogEntry<KeyValuePair<string, object?>[]>(
            level,
            "Cortex.IdentityServer.Identity.Passwords.PasswordCheck",
            id,
            [.. parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value))],
            exception,
            (_, _) => message);
        using var text = new StringWriter();

        new JsonLogFormatter(new FakeTimeProvider(Now)).Write(entry, scopeProvider: null, text);

        Assert.EndsWith(Environment.NewLine, $"{text}", StringComparison.Ordinal);
        return $"{text}"[..^Environment.NewLine.Length];
    }

    [GeneratedRegex("(?<=\"span_id\":\")[0-9a-f]{16}(?=\")", RegexOptions.CultureInvariant)]
    private static partial Regex SpanId();
}
