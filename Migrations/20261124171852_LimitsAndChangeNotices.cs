using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Cortex.IdentityServer.Migrations
{
    /// <inheritdoc />
    public partial class LimitsAndChangeNotices : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_sessions_idle_expires_at",
                table: "sessions");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "last_seen_at",
                table: "sessions",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "login_addresses",
                columns: table => new
                {
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    network = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    last_login_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_login_addresses", x => new { x.user_id, x.network });
                    table.ForeignKey(
                        name: "FK_login_addresses_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "login_attempts",
                columns: table => new
                {
                    email_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    network = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    recent_failures = table.Column<DateTimeOffset[]>(type: "timestamp with time zone[]", nullable: false, defaultValueSql: "'{}'"),
                    failed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    pending = table.Column<DateTimeOffset[]>(type: "timestamp with time zone[]", nullable: false, defaultValueSql: "'{}'")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_login_attempts", x => new { x.email_hash, x.network });
                });

            migrationBuilder.CreateTable(
                name: "signing_keys",
                columns: table => new
                {
                    id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    algorithm = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    public_jwk = table.Column<string>(type: "text", nullable: false),
                    private_key = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    used_from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    used_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    kept_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_signing_keys", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_login_addresses_last_login_at",
                table: "login_addresses",
                column: "last_login_at");

            migrationBuilder.CreateIndex(
                name: "IX_login_attempts_failed_at",
                table: "login_attempts",
                column: "failed_at");

            // Room in each page for the new version of a row that a refresh rotates.
            migrationBuilder.Sql("ALTER TABLE sessions SET (fillfactor = 80)");
            migrationBuilder.Sql(ChangeNotices.Create);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(ChangeNotices.Drop);
            migrationBuilder.Sql("ALTER TABLE sessions RESET (fillfactor)");

            migrationBuilder.DropTable(
                name: "login_addresses");

            migrationBuilder.DropTable(
                name: "login_attempts");

            migrationBuilder.DropTable(
                name: "signing_keys");

            migrationBuilder.DropColumn(
                name: "last_seen_at",
                table: "sessions");

            migrationBuilder.CreateIndex(
                name: "IX_sessions_idle_expires_at",
                table: "sessions",
                column: "idle_expires_at");
        }
    }
}
