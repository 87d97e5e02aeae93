// On the demo's sign-in page: one click fills in one of its accounts.

for (const button of document.querySelectorAll("[data-username]")) {
  button.addEventListener("click", () => {
    document.getElementById("username").value = button.dataset.username;
    document.getElementById("password").value = button.dataset.password;
    document.querySelector("form button[type=submit]").focus();
  });
}
