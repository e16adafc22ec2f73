"""利用者と役割。"""

from __future__ import annotations

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Now

from coopfin.roles import ROLE_CHOICES, Role, permissions_of, permissions_of_guest


class UserManager(BaseUserManager):
    """利用者の作成。createsuperuser で作る最初の人は管理者の役割を持つ。"""

    def get_by_natural_key(self, username):
        return self.get(username=username)

    def create_user(self, username, password=None, *, name, roles=(), **fields):
        user = self.model(username=self.model.normalize_username(username), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        user.set_roles(roles)
        return user

    def create_superuser(self, username, password=None, **fields):
        return self.create_user(username, password, roles=[Role.ADMIN], **fields)


class User(AbstractBaseUser):
    """利用者。役割は UserRole の行、権限は coopfin.roles の表が決める。superuser という抜け道はない。"""

    username = models.CharField(
        "ログイン名", max_length=60, unique=True, validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "同じログイン名の利用者がいます。"},
    )  # fmt: skip
    name = models.CharField("氏名", max_length=60)
    email = models.EmailField("メールアドレス", blank=True)
    is_active = models.BooleanField("有効", default=True, help_text="退職した人は消さずに、ここを外します。")
    joined_at = models.DateTimeField("登録した時刻", db_default=Now(), editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "利用者"
        verbose_name_plural = "利用者"
        ordering = ["username"]

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        return self.name

    get_short_name = get_full_name

    @property
    def is_staff(self) -> bool:
        return self.has_perm("coopfin.use_admin")

    is_superuser = False

    def has_perm(self, perm, obj=None) -> bool:
        return any(backend.has_perm(self, perm, obj) for backend in get_backends() if hasattr(backend, "has_perm"))

    def has_perms(self, perms, obj=None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label) -> bool:
        return any(b.has_module_perms(self, app_label) for b in get_backends() if hasattr(b, "has_module_perms"))

    @property
    def roles(self) -> frozenset[Role]:
        """いまの役割（要求のあいだ一度だけ読む）。"""
        if not hasattr(self, "_roles"):
            held = self.role_rows.all() if self.pk else ()
            self._roles = frozenset(Role(row.role) for row in held)
        return self._roles

    @property
    def permissions(self) -> frozenset[str]:
        if not hasattr(self, "_permissions"):
            self._permissions = permissions_of(self.roles) if self.roles else permissions_of_guest(self)
        return self._permissions

    @property
    def role_labels(self) -> str:
        return "・".join(role.label for role in Role if role in self.roles)

    def set_roles(self, roles) -> None:
        """役割を置き換える。"""
        wanted = {Role(role) for role in roles}
        self.role_rows.exclude(role__in=wanted).delete()
        for role in wanted:
            self.role_rows.get_or_create(role=role)
        for cached in ("_roles", "_permissions"):
            self.__dict__.pop(cached, None)


class UserRole(models.Model):
    """利用者の役割。"""

    user = models.ForeignKey(User, verbose_name="利用者", on_delete=models.CASCADE, related_name="role_rows")
    role = models.CharField("役割", max_length=20, choices=ROLE_CHOICES)

    class Meta:
        verbose_name = "利用者の役割"
        verbose_name_plural = "利用者の役割"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"],
                name="userrole_once",
                violation_error_message="同じ役割がすでに付いています。",
            )
        ]

    def __str__(self):
        return Role(self.role).label
