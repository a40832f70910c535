using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Cortex.IdentityServer.Migrations
{
    /// <inheritdoc />
    public partial class GuessingLimits : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_sessions_user_id",
                table: "sessions");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "blocked_at",
                table: "two_factor_states",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "in_a_row",
                table: "two_factor_states",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "in_a_row",
                table: "login_attempts",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateIndex(
                name: "IX_sessions_user_id_ended_at",
                table: "sessions",
                columns: new[] { "user_id", "ended_at" });

            migrationBuilder.Sql(GuessingCounts.Create);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(GuessingCounts.Drop);

            migrationBuilder.DropIndex(
                name: "IX_sessions_user_id_ended_at",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "blocked_at",
                table: "two_factor_states");

            migrationBuilder.DropColumn(
                name: "in_a_row",
                table: "two_factor_states");

            migrationBuilder.DropColumn(
                name: "in_a_row",
                table: "login_attempts");

            migrationBuilder.CreateIndex(
                name: "IX_sessions_user_id",
                table: "sessions",
                column: "user_id");
        }
    }
}
