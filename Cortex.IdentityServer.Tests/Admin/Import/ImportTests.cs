using System.Net;
using System.Text;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Admin.Import.ImportSteps;

namespace Cortex.IdentityServer.Tests.Admin.Import;

/// <summary>The results of an import, line by line.</summary>
public sealed class ImportTests(ImportApp app) : IClassFixture<ImportApp>
{
    private const string Password = "correct horse";

    [Fact]
    public async Task A_line_with_all_fields_creates_the_account_that_it_describes()
    {
        var (email, admin) = ("Ada.Lovelace@Example.com", await app.AdminAsync());

        var answers = await admin.Http.ImportAsync(JsonSerializer.Serialize(new
        {
            email = $"  {email} ",
            password_hash = PythonHashes.Bcrypt2b,
            subscription_tier = "enterprise",
            is_active = true,
            is_verified = true,
            created_at = "2019-03-04T05:06:07.123456+02:00",
        }));

        answers.ShouldTotal(1, 1, 0);
        var tokens = await app.LogInAsync(new(Guid.Empty, email, Password));
        var me = await (await app.WithToken(tokens.AccessToken).FetchAsync("/api/v1/auth/me")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(
            (answers[1].GetProperty("id").GetGuid(), email, "enterprise", true, true, false, "2019-03-04T03:06:07.123456Z"),
            (me.GetProperty("id")
                .GetGuid(), me.GetProperty("email").GetString(), me.GetProperty("subscription_tier").GetString(), me.GetProperty("is_active").GetBoolean(),
                me.GetProperty("is_verified").GetBoolean(), me.GetProperty("two_factor_enabled").GetBoolean(), me.GetProperty("created_at").GetString()));
    }

    [Fact]
    public async Task A_line_without_a_hash_creates_an_account_that_needs_a_password_reset_and_sends_no_email()
    {
        var (email, admin) = (app.NewEmail(), await app.AdminAsync());

        (await admin.Http.ImportAsync($$"""{"email": "{{email}}", "password_hash": null, "is_active": null, "created_at": null}""")).ShouldTotal(1, 1, 0);

        await app.WaitForEmailsAsync();
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM outbox_mails WHERE user_id = (SELECT id FROM users WHERE email = $1)", email));
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(email, "!"));
        Assert.Equal(
            true,
            await app.SqlAsync(
                "SELECT (subscription_tier, is_active, is_verified) = ('free', true, false) AND abs(extract(epoch FROM created_at - $2)) < 600 FROM users "
                    + "WHERE email = $1",
                email, app.Clock.GetUtcNow()));
        await (await app.ResetAsync(await app.ResetTokenAsync(email))).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(email, EmailSteps.NewPassword));
    }

    [Fact]
    public async Task A_disabled_account_cannot_log_in()
    {
        var (email, admin) = (app.NewEmail(), await app.AdminAsync());

        (await admin.Http.ImportAsync($$"""{"email": "{{email}}", "password_hash": "{{PythonHashes.Bcrypt2b}}", "is_active": false}""")).ShouldTotal(1, 1, 0);

        await (await app.Anonymous().PostAsync("/api/v1/auth/login", new { email, password = Password })).ShouldBeProblemAsync(403, "account_disabled");
    }

    [Theory]
    [InlineData("""{"email": "nobody"}""", "validation_failed", "email")]
    [InlineData("""{"email": null}""", "validation_failed", "email")]
    [InlineData("""{"email": 5}""", "validation_failed", "email")]
    [InlineData("""{"email": "a\u0000@example.com"}""", "validation_failed", "email")]
    [InlineData("""{"email": "a\ud800@example.com"}""", "validation_failed", "email")]
    [InlineData("""{}""", "validation_failed", "email")]
    [InlineData("""{"email": "$", "password_hash": ""}""", "validation_failed", "password_hash")]
    [InlineData("""{"email": "$", "password_hash": "!"}""", "validation_failed", "password_hash")]
    [InlineData("""{"email": "$", "password_hash": "marked-password-in-plain-text"}""", "validation_failed", "password_hash")]
    [InlineData("""{"email": "$", "password_hash": "$2b$17$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"}""", "validation_failed", "password_hash")]
    [InlineData("""{"email": "$", "password_hash": "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n"}""", "validation_failed", "password_hash")]
    [InlineData(
        """{"email": "$", "password_hash": "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b7dWRWJTmaaJObG"}""", "validation_failed",
        "password_hash")]
    [InlineData("""{"email": "$", "password_hash": "AQAAAAIAAYagAAAAEJ0SK7aH"}""", "validation_failed", "password_hash")]
    [InlineData("""{"email": "$", "password_hash": ["a"]}""", "validation_failed", "password_hash")]
    [InlineData("""{"email": "$", "subscription_tier": "gold"}""", "validation_failed", "subscription_tier")]
    [InlineData("""{"email": "$", "subscription_tier": "Free"}""", "validation_failed", "subscription_tier")]
    [InlineData("""{"email": "$", "subscription_tier": ""}""", "validation_failed", "subscription_tier")]
    [InlineData("""{"email": "$", "is_active": "true"}""", "validation_failed", "is_active")]
    [InlineData("""{"email": "$", "is_verified": 1}""", "validation_failed", "is_verified")]
    [InlineData("""{"email": "$", "created_at": "2999-01-01T00:00:00Z"}""", "validation_failed", "created_at")]
    [InlineData("""{"email": "$", "created_at": "0001-01-01T00:00:00Z"}""", "validation_failed", "created_at")]
    [InlineData("""{"email": "$", "created_at": "yesterday"}""", "validation_failed", "created_at")]
    [InlineData("""{"email": "$", "created_at": "2024-02-03T00:00:00"}""", "validation_failed", "created_at")]
    [InlineData("""{"email": "$", "created_at": "2024-02-03"}""", "validation_failed", "created_at")]
    [InlineData("""{"email": "$", "roles": ["admin"]}""", "unknown_field", null)]
    [InlineData("""{"email": "$", "two_factor_secret": "JBSWY3DPEHPK3PXP"}""", "unknown_field", null)]
    [InlineData("""{"email": "$", "api_key": "k"}""", "unknown_field", null)]
    [InlineData("""{"email": "$", "id": "00112233-4455-6677-8899-aabbccddeeff"}""", "unknown_field", null)]
    [InlineData("""{"Email": "$"}""", "unknown_field", null)]
    [InlineData("""{"email": "$", "email": "$"}""", "malformed_request", null)]
    [InlineData("""{"email": "$"} {"email": "$"}""", "malformed_request", null)]
    [InlineData("""{"email": "$""", "malformed_request", null)]
    [InlineData("""["$"]""", "malformed_request", null)]
    [InlineData("null", "malformed_request", null)]
    [InlineData("email", "malformed_request", null)]
    [InlineData("\0", "malformed_request", null)]
    public async Task Only_the_invalid_line_fails_and_its_result_says_why(string line, string code, string? field)
    {
        var admin = await AdminAsync();
        var (before, email, after) = (app.NewEmail(), app.NewEmail(), app.NewEmail());

        var answers = await admin.ImportAsync(Line(before), line.Replace("\"$\"", $"\"{email}\"", StringComparison.Ordinal), Line(after));

        answers.ShouldTotal(lines: 3, created: 2, failed: 1);
        answers.ShouldFail(2, code, field);
        Assert.Equal(2L, await app.SqlAsync("SELECT count(*) FROM users WHERE email IN ($1, $2, $3)", before, email, after));
        Assert.DoesNotContain("marked-", answers[2].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_errors_of_a_line_are_reported_without_revealing_the_hash()
    {
        var answers = await (await AdminAsync()).ImportAsync(
            """{"email": "x", "password_hash": "marked-hash", "subscription_tier": "gold", "created_at": "2999-01-01T00:00:00Z"}""");

        var errors = answers[1].GetProperty("errors");
        Assert.Equal(["email", "password_hash", "subscription_tier", "created_at"], errors.EnumerateObject().Select(error => error.Name));
        Assert.Contains("bcrypt", errors.GetProperty("password_hash")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("free, pro, enterprise", errors.GetProperty("subscription_tier")[0].GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("marked-hash", answers[1].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_byte_order_mark_CRLF_blank_lines_and_invalid_UTF8_are_handled()
    {
        var (first, second, last) = (app.NewEmail(), app.NewEmail(), app.NewEmail());
        byte[] notUtf8 = [.. Encoding.UTF8.GetBytes("{\"email\": \"a"), 0xC3, 0x28, .. Encoding.UTF8.GetBytes("@example.com\"}\r\n")];
        byte[] file =
        [
            0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($"{Line(first)}\r\n\r\n \t\r\n{Line(second)}\r\n"), .. notUtf8,
            .. Encoding.UTF8.GetBytes(Line(last)),
        ];

        var answer = await (await AdminAsync()).SendLinesAsync(file);

        var answers = ImportAnswers.Parse(await answer.TextAsync());
        answers.ShouldTotal(lines: 4, created: 3, failed: 1);

        // Lines are numbered as in an editor, including blank ones.
        Assert.Equal([1, 4, 5, 6], answers.Results.Select(result => result.GetProperty("line").GetInt32()));
        answers.ShouldFail(5, "malformed_request");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n \n\n")]
    public async Task A_file_without_lines_succeeds(string file)
    {
        var answer = await (await AdminAsync()).SendLinesAsync(file);

        ImportAnswers.Parse(await answer.TextAsync()).ShouldTotal(0, 0, 0);
    }

    [Fact]
    public async Task The_first_line_with_an_email_wins_and_existing_accounts_stay_unchanged()
    {
        var admin = await AdminAsync();
        var existing = await app.RegisterAsync();
        var before = await app.SqlAsync("SELECT u::text FROM users u WHERE id = $1", existing.Id);
        var (duplicate, other) = (app.NewEmail(), app.NewEmail());

        var answers = await admin.ImportAsync(
            Line(existing.Email, PythonHashes.Bcrypt2b), Line(duplicate, PythonHashes.Bcrypt2a), Line(duplicate.ToUpperInvariant(), PythonHashes.Bcrypt2b),
            Line(duplicate, PythonHashes.Bcrypt2b), Line(other), Line(existing.Email.ToUpperInvariant()));

        answers.ShouldTotal(lines: 6, created: 2, failed: 4);
        Assert.All([1, 3, 4, 6], line => answers.ShouldFail(line, "email_taken", "email"));
        Assert.Equal(PythonHashes.Bcrypt2a, await HashAsync(duplicate));
        Assert.Equal(before, await app.SqlAsync("SELECT u::text FROM users u WHERE id = $1", existing.Id));
    }

    [Fact]
    public async Task Repeating_an_import_changes_nothing()
    {
        var admin = await AdminAsync();
        var lines = Lines("repeated", 1_200);

        var first = await admin.ImportAsync(lines);
        var dump = await RowsAsync();
        var second = await admin.ImportAsync(lines);

        first.ShouldTotal(1_200, 1_200, 0);
        Assert.Equal([500, 1_000, 1_200], first.Progress.Select(progress => progress.GetProperty("lines").GetInt32()));
        second.ShouldTotal(1_200, 0, 1_200);
        Assert.Equal(dump, await RowsAsync());

        Task<object?> RowsAsync() => app.SqlAsync("SELECT string_agg(u::text, '' ORDER BY email) FROM users u WHERE email LIKE 'repeated%'");
    }

    [Fact]
    public async Task Each_account_and_the_whole_import_leave_events_without_emails_and_hashes()
    {
        var admin = await app.SignUpStaffAsync();
        admin.Http.DefaultRequestHeaders.Add("X-Request-Id", "the-import");

        var answers = await admin.Http.ImportAsync(
            $$"""{"email":"evented@example.com","password_hash":"{{PythonHashes.Bcrypt2b}}","subscription_tier":"pro","created_at":"2020-01-02T03:04:05Z"}""",
            "{}",
            Line("evented2@example.com"));

        Assert.Equal(3L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE request_id = 'the-import'"));
        Assert.Equal(
            2L,
            await app.SqlAsync(
                "SELECT count(*) FROM audit_events WHERE request_id = 'the-import' AND action = 'user.imported' AND outcome = 'success' AND actor_id = $1 "
                    + "AND host(ip) = '127.0.0.1'",
                admin.User.Id));
        var details =
            JsonDocument.Parse(
                (string)(await app.SqlAsync(
                    "SELECT details::text FROM audit_events WHERE user_id = $1 AND action = 'user.imported'",
                    answers[1].GetProperty("id").GetGuid()))!).RootElement;
        Assert.Equal(
            ("pro", true, false, "2020-01-02T03:04:05Z"),
            (Field("subscription_tier").GetString(), Field("is_active").GetBoolean(), Field("is_verified").GetBoolean(), Field("created_at").GetString()));
        Assert.All(details.GetProperty("before").EnumerateObject(), field => Assert.Equal(JsonValueKind.Null, field.Value.ValueKind));
        Assert.Equal(
            """{"ended": "complete", "lines": "3", "failed": "1", "created": "2"}""",
            await app.SqlAsync(
                "SELECT details::text FROM audit_events WHERE request_id = 'the-import' AND action = 'users.imported' AND user_id IS NULL AND actor_id = $1 "
                    + "AND outcome = 'success'",
                admin.User.Id));
        Assert.DoesNotContain("evented", (string)(await app.SqlAsync("SELECT string_agg(e::text, '') FROM audit_events e"))!, StringComparison.Ordinal);

        JsonElement Field(string name) => details.GetProperty("after").GetProperty(name);
    }

    [Fact]
    public async Task Neither_emails_nor_hashes_are_logged()
    {
        (await (await AdminAsync()).ImportAsync(
            Line("marked-email@example.com", PythonHashes.Sha256V2), Line("marked-email@example.com"), Line("marked bad email", "marked-hash"),
            """{"marked-field": 1}""")).ShouldTotal(4, 1, 3);

        Assert.Contains("An import ended (complete): 1 of 4 lines created an account", app.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("marked", app.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(PythonHashes.Sha256V2, app.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/x-ndjson; charset=latin1")]
    [InlineData("ndjson")]
    [InlineData(null)]
    public async Task Other_media_types_are_refused_and_nothing_is_created(string? mediaType)
    {
        var email = app.NewEmail();

        await (await (await AdminAsync()).SendLinesAsync(Encoding.UTF8.GetBytes(Line(email)), mediaType)).ShouldBeProblemAsync(415, "unsupported_media_type");

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE email = $1", email));
    }

    [Theory]
    [InlineData("application/jsonl")]
    [InlineData("Application/X-NDJSON; charset=\"UTF-8\"")]
    public async Task Both_names_of_the_media_type_are_accepted(string mediaType)
    {
        var answer = await (await AdminAsync()).SendLinesAsync(Encoding.UTF8.GetBytes(Line(app.NewEmail())), mediaType);

        ImportAnswers.Parse(await answer.TextAsync()).ShouldTotal(1, 1, 0);
    }

    [Fact]
    public async Task Only_an_administrator_can_import()
    {
        var (_, _, person) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(person);
        var (_, _, withoutSecondFactor) = await app.SignUpAdminAsync();
        var line = Line("refused@example.com");

        await (await (await app.SignUpStaffAsync("support")).Http.SendLinesAsync(line)).ShouldBeProblemAsync(403, "forbidden");
        await (await person.SendLinesAsync(line)).ShouldBeProblemAsync(403, "forbidden");
        await (await app.WithKey(key).SendLinesAsync(line)).ShouldBeProblemAsync(403, "forbidden");
        await (await withoutSecondFactor.SendLinesAsync(line)).ShouldBeProblemAsync(403, "two_factor_required");
        await (await app.Anonymous().SendLinesAsync(line)).ShouldBeProblemAsync(401, "unauthenticated");

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE email = 'refused@example.com'"));
    }

    private async Task<HttpClient> AdminAsync() => (await app.AdminAsync()).Http;

    private async Task<string> HashAsync(string email) => (string)(await app.SqlAsync("SELECT password_hash FROM users WHERE email = $1", email))!;
}
